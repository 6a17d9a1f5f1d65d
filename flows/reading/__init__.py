"""What the readers in flows/sources share. Imports schemas only."""
