"""Going live: what would be booked beside what was booked by hand."""
