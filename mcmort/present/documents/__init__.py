"""Results as JSON documents, and their schemas."""
