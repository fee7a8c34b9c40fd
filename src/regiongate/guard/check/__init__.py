"""The check service: a proxy, or a customer, asks over the network what the gate says."""
