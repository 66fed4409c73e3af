"""What every other part stands on: errors, the device, caches, and what a result depends on."""
