"""Label Studio: the same items and answers there and here, kept equal both ways."""
