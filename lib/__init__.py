"""What knows no business: any process of ours may use it, and it uses none of them."""
