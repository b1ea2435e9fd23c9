"""What is done with a design: asked, predicted, told in numbers, compared, drawn. No HTTP in it."""
