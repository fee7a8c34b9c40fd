"""Sources of regions and facts: brought, looked at, gone back to, compared by age."""
