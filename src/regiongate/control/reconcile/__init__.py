"""Reconcile: bring all cases to where the sightings, the policy and the date say they are."""
