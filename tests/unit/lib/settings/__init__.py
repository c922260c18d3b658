"""Settings and what names them: .env.example, config.py, and who may read the environment at all."""
