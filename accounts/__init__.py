"""Who somebody is: users, sessions, roles and the blocks of users."""
