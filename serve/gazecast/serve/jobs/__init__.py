"""Many pictures in one request, worked on in the background, with a state that survives kills."""
