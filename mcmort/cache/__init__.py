"""Files that are kept between commands, and machine code among them: what both engines need to start quickly."""
