"""Policy, sources and organizations at an instant → snapshot → bundle."""
