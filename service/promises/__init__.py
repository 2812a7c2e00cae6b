"""What a bed is promised: hours of care a month, somebody on duty at every minute, rest for the family carer."""
