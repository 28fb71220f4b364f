"""What the services need from the outside, as Protocols. Adapters fulfil them; tests bring fakes."""
