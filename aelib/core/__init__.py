"""What every room needs: errors, settings, paths, the device, explicit random numbers, memory."""
