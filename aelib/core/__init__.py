"""What every room needs: errors, paths, the device, explicit random numbers, memory."""
