"""Files that are kept between commands, such as machine code, so that both engines start quickly."""
