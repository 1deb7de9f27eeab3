"""Reads the register's pages: bytes to validated objects, objects to rows."""
