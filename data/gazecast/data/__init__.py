"""Eye-tracking data: records, readers, densities."""
