"""The register of elders, their homes and contacts."""
