"""What stops the trade: searches, bribes at posts, arrests, and the forces across the line."""
