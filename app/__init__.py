"""The page: the only part of Latent Playground that imports Gradio."""
