"""Tests of reading the register's pages."""
