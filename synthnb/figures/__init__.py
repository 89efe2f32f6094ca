"""Figures from records: the same bytes on every run, legible without colour."""
