"""Keur in containers: one image for all services, and what they need to find each other (docker-compose.yml)."""
