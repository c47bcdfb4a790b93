"""Models of points in the plane, trained live side by side."""
