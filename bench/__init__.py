"""Measurements that anybody can repeat, each beside what it is compared with."""
