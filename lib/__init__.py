"""What knows no business: any room of ours may import it, and it imports none of them."""
