"""Where things are: the committed map of Peru's two theatres (`map`), travel on it (`travel`), and the build that made it (`build`)."""
