"""What spans several rooms for one member: registering, deleting an account, exporting it, founding the site."""
