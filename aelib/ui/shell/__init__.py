"""What every part of the app needs: who is visiting, links, addresses, messages, what the server's processes share."""
