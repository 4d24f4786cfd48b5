"""Who somebody is: names, log-ins, wrong attempts, and who is here."""
