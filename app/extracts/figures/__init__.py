"""Figures for staff: how much comes in, how long it waits, what it is asked for, how often families come again."""
