"""Door for caregivers' apps: today's route, steps at the door, positions and calls; opens for nobody else."""
