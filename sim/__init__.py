"""redeploy: agent-based simulation of how a state redeploys its forces between two theatres."""
