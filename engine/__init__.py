"""The engine that runs a National Referral Mechanism as it is drawn."""
