"""What knows no business."""
