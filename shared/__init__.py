"""What every service stands on: the contracts (events), the bus, the database, the web layout. Knows no service."""
