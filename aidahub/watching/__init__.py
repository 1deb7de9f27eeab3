"""For those who watch over the site: is it able to work, what does it do, how long does it take."""
