"""Labels out to and in from other people's tools: tables, event logs, ELAN, Praat, Label Studio."""
