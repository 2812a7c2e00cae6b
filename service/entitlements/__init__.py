"""People entitled to something that they do not receive (服务找人): found every night, told by which rule."""
