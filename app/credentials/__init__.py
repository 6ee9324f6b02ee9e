"""Issuers of certificates: the only place that asks their systems. Each adapter is one file behind one port."""
