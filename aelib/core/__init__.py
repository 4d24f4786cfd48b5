"""What every package needs: errors, settings, paths, the device, explicit random numbers, memory."""
