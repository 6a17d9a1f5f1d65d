"""What can be handed out: each export is `<name>.sql`, one SELECT, and `<name>.yaml`, its contract."""
