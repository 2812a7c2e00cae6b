"""Caregivers: grades, skills, shifts and where they are."""
