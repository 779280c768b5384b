"""What stops the trade: searches, arrests and the neighbour's forces; and the bribes that weaken
posts."""
