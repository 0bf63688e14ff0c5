"""Files kept between commands, machine code among them, so that both engines start quickly."""
