"""The metrics: what each number is called, its unit, which way is better, and its definition.

The ids are the keys of ``metrics.json`` and of the terms that a model's ``loss`` returns; a name
that is not in this table may not be shown. Standard library only.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal

Direction = Literal["higher", "lower"]
UNTOLD = "_untold"  # ends the ids of numbers of a model that is not told the class


@dataclass(frozen=True)
class Metric:
    """One measured quantity.

    Attributes:
        id: Key in ``metrics.json`` and in training terms.
        code: Number of the definition in the project's list ("M3"); empty for auxiliary numbers.
        title: What a table's row or a plot's axis says.
        unit: Unit of the value; empty for a plain ratio or score.
        direction: Which way is better; None where neither is.
        explanation: One sentence that says how the number is computed.
    """

    id: str
    code: str
    title: str
    unit: str
    direction: Direction | None
    explanation: str

    @property
    def of_aggregate(self) -> "Metric":
        """The same metric on samples whose codes come from the aggregate posterior."""
        return replace(
            self,
            id=f"{self.id}_aggregate",
            title=f"{self.title}, aggregate",
            explanation=f"{self.explanation[:-1]}; here the codes are drawn from the Gaussian "
            "mixture fitted to the training codes instead of the prior.",
        )

    @property
    def of_untold(self) -> "Metric":
        """The same metric of a model that can be told classes, told none."""
        return replace(
            self,
            id=f"{self.id}{UNTOLD}",
            title=f"{self.title}, labels hidden",
            explanation=f"{self.explanation[:-1]}; here the model is not told the class, as in a "
            "small share of its training.",
        )


# A metric's short fields read best on one line.
# fmt: off
_LIKELIHOOD = (
    Metric(
        "recon_nll", "", "Reconstruction NLL", "nats", "lower",
        "Mean of -log p(x|z) with one z drawn from q(z|x), summed over tokens or pixels.",
    ),
    Metric(
        "kl", "M4", "KL", "nats", None,
        "Mean over examples of KL(q(z|x) || p(z)), summed over latent units: the nats per "
        "example that the code carries; near 0 the posterior has collapsed.",
    ),
    Metric(
        "elbo_nll", "", "NLL bound", "nats", "lower",
        "The negative ELBO, mean of -log p(x|z) + KL(q(z|x) || p(z)) with one z from q(z|x): an "
        "upper bound on -log p(x); of grey pixels, on its mean over their binarisations.",
    ),
    Metric(
        "elbo_ppl", "M2", "Perplexity bound", "", "lower",
        "exp of the summed negative ELBO divided by the number of predicted tokens, end mark "
        "included: an upper bound on the perplexity.",
    ),
    Metric(
        "iw_nll", "M3", "NLL (importance sampled)", "nats", "lower",
        "Mean of -log (1/S) sum_s p(x, z_s) / q(z_s|x) with S codes from q(z|x): an estimate of "
        "-log p(x) that is never below it on average. Pictures are binarised: each pixel is drawn "
        "black or white, its grey value the probability of white.",
    ),
    Metric(
        "iw_ppl", "M3", "Perplexity (importance sampled)", "", "lower",
        "exp of the summed importance-sampled NLL divided by the number of predicted tokens, end "
        "mark included.",
    ),
    Metric(
        "mi", "M7", "Mutual information", "nats", "higher",
        "Information that the code carries about which of N held-out examples it came from, "
        "mean of log q(z|x) - log (1/N) sum_j q(z|x_j); at most ln N.",
    ),
    Metric(
        "active_units", "M7", "Active units", "units", "higher",
        "Number of latent units whose posterior mean varies over held-out examples with variance "
        "at least 0.01.",
    ),
)

_MIXTURE = (
    Metric(
        "kl_z", "M4", "KL(z) to the averaged mode", "nats", None,
        "Mean over examples of KL(q(z|x) || p), p the component whose natural parameters are the "
        "q(c|x)-averages (zkl); for a plain Gaussian prior the KL to it.",
    ),
    Metric(
        "kl_z_components", "M4", "KL(z) to the modes", "nats", None,
        "Mean over examples of sum_c q(c|x) KL(q(z|x) || p(z|c)) (real_zkl): the KL to the "
        "averaged mode plus the dispersion.",
    ),
    Metric(
        "dispersion", "M4", "Dispersion", "nats", None,
        "Mean over examples of E_q A(eta_c) - A(E_q eta_c) under q(c|x), A the log-partition "
        "function: what the ELBO pays for modes that differ.",
    ),
    Metric(
        "kl_c", "M5", "KL(c), aggregate", "nats", None,
        "KL of the batch mean of q(c|x) to the uniform distribution (agg_ckl), summed over the "
        "discrete variables: 0 where all modes are used equally.",
    ),
    Metric(
        "kl_c_exact", "M5", "KL(c)", "nats", None,
        "Mean over examples of KL(q(c|x) || uniform) (real_ckl), summed over the discrete "
        "variables: the aggregate KL(c) plus the mutual information.",
    ),
    Metric(
        "mi_c", "M6", "Mutual information of c", "nats", "higher",
        "H(mean q(c|x)) - mean H(q(c|x)), summed over the discrete variables: what they tell of "
        "which sentence was read; near 0 the modes have collapsed.",
    ),
    Metric(
        "mi_c_mean", "M6", "Mutual information of c, per variable", "nats", "higher",
        "The mutual information of c divided by the number of discrete variables; at most ln K.",
    ),
    Metric(
        "mean_variance", "M8", "Variance of means", "", "higher",
        "Sum over variables and components of the squared distance of a component's mean from "
        "the variable's average mean: 0 where all modes coincide.",
    ),
    Metric(
        "mean_variance_k", "M8", "Variance of means, per component", "", "higher",
        "The variance of means divided by the number of components K of each variable.",
    ),
    Metric(
        "mean_variance_used", "M8", "Variance of means, weighted by use", "", "higher",
        "K times the sum over variables and components of w_k |mean of k - weighted mean|^2, w_k "
        "the mean of q(c|x) over the examples: the variance of means where all modes are used "
        "equally. A mode that no example uses does not count.",
    ),
    Metric(
        "codes_used", "M17", "Codes in use", "codes", None,
        "Number of different vectors of likeliest classes under q(c|x) among the examples.",
    ),
    Metric(
        "modes_used", "M17", "Modes in use", "modes", None,
        "Number of classes, over all variables, that are the likeliest one for at least 1 % of "
        "the examples.",
    ),
    *(
        Metric(
            f"{tag}_homogeneity", "M17", f"Homogeneity, {title}", "", "higher",
            f"1 - H({title} | code) / H({title}), the code being the vector of likeliest classes "
            "under q(c|x): 1 where a code tells the label. Biased upward where codes are many; "
            "the reference is the same with shuffled labels.",
        )
        for tag, title in (
            ("act", "dialogue act"),
            ("emotion", "emotion"),
            ("domain", "domain"),
            ("speaker", "speaker"),
        )
    ),
    Metric(
        "cluster_accuracy", "M33", "Cluster accuracy", "", "higher",
        "Share of held-out items, 0 to 1, whose label is the most common one of their mode; no "
        "label was seen in training. Each mode's label is counted on validation items.",
    ),
)

_TEXT = (
    Metric(
        "bleu", "M12", "Reconstruction BLEU-4", "", "higher",
        "Corpus BLEU-4 x 100 (sacrebleu corpus_bleu, tokenize none, smoothing none) of greedy "
        "decodings of the posterior mean against the inputs, on the model's own tokens.",
    ),
    Metric(
        "exact_match", "", "Exact reconstructions", "%", "higher",
        "Share of held-out sentences whose greedy decoding from the posterior mean equals the "
        "tokenised sentence.",
    ),
    Metric(
        "ends_match", "", "Interpolation ends kept", "%", "higher",
        "Share of held-out pairs of sentences without unknown words for which both ends of the "
        "interpolation decode to the tokenised sentences; codes are refined as in interpolate.",
    ),
    Metric(
        "ends_match_encoded", "", "Interpolation ends kept, encoder alone", "%", "higher",
        "The same with the posterior means as the encoder gives them, without refinement.",
    ),
)

_TEXT_SAMPLES = (
    Metric(
        "reverse_ppl", "M9", "Reverse perplexity", "", "lower",
        "Perplexity on real test sentences of a fresh language model trained only on samples: "
        "high when samples are unreal or lack variety.",
    ),
    Metric(
        "forward_ppl", "M10", "Forward perplexity", "", "lower",
        "Perplexity on samples of a language model trained on real sentences: fluency only, so "
        "read it together with the reverse perplexity.",
    ),
    Metric(
        "wkl", "M11", "Word-frequency KL", "nats", "lower",
        "Sum over words found in both samples and real training text of f_s ln(f_s / f_train), "
        "with f the relative word frequencies.",
    ),
    Metric(
        "samples_distinct", "", "Distinct samples", "%", "higher",
        "Share of different sentences among the samples.",
    ),
    Metric(
        "samples_known", "", "Samples found in training", "%", None,
        "Share of the samples that are, word for word, sentences of the training data.",
    ),
    Metric(
        "sample_length", "", "Sample length", "tokens", None,
        "Mean number of tokens per sample, end mark excluded.",
    ),
)

_IMAGES = (
    Metric(
        "mse", "M31", "Reconstruction MSE", "", "lower",
        "Mean squared difference per pixel, pixels in [0, 1], between an image and the decoding "
        "of its posterior mean.",
    ),
    Metric(
        "mse_shuffled", "M31", "MSE with shuffled codes", "", None,
        "The reconstruction MSE when every image gets the code of another image: near the "
        "reconstruction MSE where the code is ignored.",
    ),
    Metric(
        "bce", "M31", "Reconstruction cross-entropy", "nats", "lower",
        "Binary cross-entropy between an image and the decoding of its posterior mean, summed "
        "over pixels.",
    ),
)

_IMAGE_SAMPLES = (
    Metric(
        "inception_score", "M27", "Inception score (our classifier)", "", "higher",
        "exp of the mean KL(p(y|x) || p(y)) under our own classifier, averaged over 10 splits of "
        "the samples; from 1 to 10 for 10 classes.",
    ),
    Metric(
        "fid_ours", "M30", "FID (our features)", "", "lower",
        "Frechet distance between Gaussians fitted to our classifier's features of the samples "
        "and of the test images; not comparable with FIDs from the Inception network.",
    ),
    Metric(
        "classified_digit", "", "Samples recognised", "%", "higher",
        "Share of samples to which our classifier gives one class with probability at least 0.9.",
    ),
    Metric(
        "sharpness", "", "Sharpness", "", None,
        "Mean over images of the variance of the Laplacian, pixels in [0, 1]: blur lowers it, "
        "noise raises it.",
    ),
    Metric(
        "ms_ssim", "M28", "Diversity, 1 − MS-SSIM", "", None,
        "1 minus the mean multi-scale structural similarity of pairs of samples: near 0 where "
        "all samples look alike. Noise scores high too, so compare with real pictures.",
    ),
    Metric(
        "classes_covered", "", "Classes covered", "classes", "higher",
        "Classes that at least 1 % of the samples belong to, among those that our classifier "
        "recognises with probability at least 0.9.",
    ),
)

_COPYING = (
    Metric(
        "nearest_seen", "", "Nearest picture is of the training data", "%", None,
        "Share of samples whose nearest real picture, by pixels, among training and validation "
        "pictures is one of the training data. A model that copies has more than the share of "
        "real pictures that were trained on; the standard error is of that share.",
    ),
)

_DIALOGUE = (
    Metric(
        "next_nll", "", "Next turn NLL", "nats", "lower",
        "Mean of -log p(x_next|c) over turns that have one, with one c drawn from q(c|x) of the "
        "turn before it.",
    ),
    Metric(
        "previous_nll", "", "Previous turn NLL", "nats", "lower",
        "Mean of -log p(x_previous|c) over turns that have one, with one c drawn from q(c|x) of "
        "the turn after it.",
    ),
    Metric(
        "reply_nll", "", "Reply NLL", "nats", "lower",
        "Mean of -log p(x|z,c) over held-out replies x with one z drawn from q(z|x,c); without "
        "a code -log p(x|c).",
    ),
    Metric(
        "reply_kl", "M4", "Reply KL", "nats", None,
        "Mean over replies of KL(q(z|x,c) || p(z|c)): the nats that the code adds to the "
        "context; near 0 the posterior has collapsed.",
    ),
    Metric(
        "bleu_papers_recall", "M14", "BLEU recall, as in papers", "", "higher",
        "Mean over contexts of the best sentence BLEU-3 of 10 replies, nltk's smoothing method "
        "7, which scores sentences above 0 that share no word.",
    ),
    Metric(
        "bleu_papers_precision", "M14", "BLEU precision, as in papers", "", "higher",
        "The same with the mean over the 10 replies in place of the best.",
    ),
    Metric(
        "bleu_papers_f1", "M14", "BLEU F1, as in papers", "", "higher",
        "Harmonic mean of these two.",
    ),
    Metric(
        "bleu_recall", "M14", "BLEU recall", "", "higher",
        "Mean over contexts of the best sentence BLEU-3 of 10 replies; for n > 1 one is added to "
        "both counts, and a reply that shares no word scores 0.",
    ),
    Metric(
        "bleu_precision", "M14", "BLEU precision", "", "higher",
        "The same with the mean over the 10 replies in place of the best.",
    ),
    Metric(
        "bleu_f1", "M14", "BLEU F1", "", "higher",
        "Harmonic mean of these two.",
    ),
    Metric(
        "bow_average", "M15", "Bag of words, average", "", "higher",
        "Best of 10 cosines of the mean word vectors of reply and reference, mean over contexts.",
    ),
    Metric(
        "bow_extrema", "M15", "Bag of words, extrema", "", "higher",
        "The same of the vectors of values farthest from 0 in each dimension.",
    ),
    Metric(
        "bow_greedy", "M15", "Bag of words, greedy", "", "higher",
        "The same of the mean over words of the best cosine to a word of the other sentence, "
        "both ways.",
    ),
    Metric(
        "intra_distinct_1", "M16", "Intra-distinct 1", "", "higher",
        "Different words of all words within a reply, mean over replies; short ones have more.",
    ),
    Metric(
        "inter_distinct_1", "M16", "Inter-distinct 1", "", "higher",
        "Different words of all words of the 10 replies to a context, mean over contexts.",
    ),
    Metric(
        "intra_distinct_2", "M16", "Intra-distinct 2", "", "higher",
        "Different pairs of words within a reply, as above.",
    ),
    Metric(
        "inter_distinct_2", "M16", "Inter-distinct 2", "", "higher",
        "Different pairs of words in the 10 replies to a context, as above.",
    ),
    Metric(
        "reply_length", "", "Reply length", "tokens", None,
        "Mean number of tokens of a reply; short replies raise both distinct numbers.",
    ),
    Metric(
        "reply_sameness", "", "Likeness of replies to one context", "", "lower",
        "Mean BLEU, as the plain one above, of each of 10 replies to a context against each "
        "other: 1 for copies.",
    ),
    Metric(
        "most_common_reply", "", "Share of the commonest reply", "%", "lower",
        "How many of all replies are the single most common one.",
    ),
    Metric(
        "dull_replies", "", "Dull replies", "%", "lower",
        "How many of all replies are among the ten commonest replies of the training set.",
    ),
    Metric(
        "likeliest_sameness", "", "Likeness, likeliest words", "", "lower",
        "Likeness of replies to one context, as above, where every model says the likeliest "
        "words of each code that it draws: without a code these are 10 copies.",
    ),
    Metric(
        "likeliest_bleu_f1", "M14", "BLEU F1, likeliest words", "", "higher",
        "BLEU F1, as the plain one above, of these replies.",
    ),
    Metric(
        "drawn_sameness", "", "Likeness, drawn words", "", "lower",
        "Likeness of replies to one context where every model draws each word at temperature 1.",
    ),
    Metric(
        "drawn_bleu_f1", "M14", "BLEU F1, drawn words", "", "higher",
        "BLEU F1 of these replies.",
    ),
    Metric(
        "single_bleu", "", "BLEU of one reply", "%", "higher",
        "Corpus BLEU-4, nltk's with smoothing method 1, of one reply to each context: the "
        "likeliest words of the likeliest action, or of the context alone.",
    ),
    Metric(
        "single_average", "M15", "Bag of words of one reply, average", "%", "higher",
        "Cosine of the mean word vectors of that reply and the reference, mean over contexts.",
    ),
    Metric(
        "single_extrema", "M15", "Bag of words of one reply, extrema", "%", "higher",
        "The same of the vectors of values farthest from 0 in each dimension.",
    ),
    Metric(
        "single_greedy", "M15", "Bag of words of one reply, greedy", "%", "higher",
        "The same of the mean over words of the best cosine to a word of the other sentence, "
        "both ways.",
    ),
    Metric(
        "action_parts_obeyed", "", "Variables obeyed", "%", "higher",
        "Variables of an action that the model reads in its reply as they were asked for, the "
        "action being one of all, drawn for each context.",
    ),
    Metric(
        "action_obeyed", "", "Actions obeyed", "%", "higher",
        "Replies in which the model reads the action that it was asked for, one of all drawn for "
        "each context.",
    ),
    Metric(
        "effective_modes", "", "Effective modes", "modes", "higher",
        "exp of the entropy of the prior's weights, averaged over contexts: how many of its "
        "modes are used.",
    ),
    Metric(
        "mode_silhouette", "", "Silhouette of modes", "", "higher",
        "How well the mode that a reply is drawn from parts the mean word vectors of replies to "
        "the same context, less their mean: 1 for clusters far apart, 0 for none.",
    ),
)

_BENCH = (
    Metric(
        "code_mmd", "", "Code MMD", "", "lower",
        "Squared maximum mean discrepancy between codes of test pictures and draws of the "
        "prior: 0 where they cannot be told apart. Unbiased, so at times slightly below 0.",
    ),
    Metric(
        "wasserstein_validation", "M29", "Critic's distance, validation", "", "lower",
        "A fresh WGAN-GP critic learns to tell validation pictures from samples; the gap of its "
        "mean scores between test pictures and new samples. 0 where it finds no difference.",
    ),
    Metric(
        "wasserstein_train", "M29", "Critic's distance, training data", "", "lower",
        "The same with a critic that learns from training pictures, and scores these: the ones "
        "that it learned from, so it does not tell whether a model copies its training data.",
    ),
)

_CLASSIFIER = (
    Metric(
        "accuracy", "", "Accuracy", "", "higher",
        "Share of items, 0 to 1, whose most probable class is the right one.",
    ),
)

_DOMAINS = (
    Metric(
        "target_accuracy", "", "Accuracy, other domain", "", "higher",
        "Share, 0 to 1, of pictures of the domain whose classes were never read that are taken "
        "for what they are.",
    ),
    Metric(
        "domain_guess", "", "Domain told", "", None,
        "Share, 0 to 1, of held-out pictures whose domain a logistic regression tells from their "
        "features; it learned from validation pictures. 0.5: the features hide it.",
    ),
    Metric(
        "kept_over", "", "Class kept, there", "%", "higher",
        "Pictures of the first domain that the classifier takes for their own class once they "
        "are translated into the second.",
    ),
    Metric(
        "kept_over_back", "", "Class kept, there and back", "%", "higher",
        "The same once they are translated back.",
    ),
    Metric(
        "kept_back", "", "Class kept, back", "%", "higher",
        "Pictures of the second domain that the classifier takes for their own class once they "
        "are translated into the first.",
    ),
    Metric(
        "kept_back_over", "", "Class kept, back and there", "%", "higher",
        "The same once they are translated into the second again.",
    ),
    Metric(
        "cycle_l1", "", "Cycle error", "", "lower",
        "Mean absolute difference, pixels from 0 to 1, between pictures and what comes of them "
        "there and back, mean of both domains.",
    ),
)

_TEXT_GANS = (
    Metric(
        "language_nll", "", "NLL of the language", "nats", "lower",
        "Sum over all sentences of the toy language of -p(x) log G(x): exact, and never below the "
        "language's entropy.",
    ),
    Metric(
        "sample_nll", "M19", "NLL of samples under the language", "nats", "lower",
        "Sum over all sentences x of -G(x) log p(x), exact; 1 % of p is any words in any order, "
        "so that a sentence which the grammar does not give has a price. Low for a model that "
        "repeats one likely sentence, so read it together with the NLL of the language.",
    ),
    Metric(
        "grammatical", "", "Grammatical samples", "%", "higher",
        "Sum of G(x) over all sentences of the toy language: the share of samples that are any of "
        "them, exact.",
    ),
    Metric(
        "effective_sentences", "", "Sentences in effect", "", None,
        "exp of the entropy of G among the sentences of the toy language: how many it would be, "
        "were all equally likely; exact.",
    ),
    Metric(
        "covered", "", "Language covered", "%", "higher",
        "Probability that a sentence of the toy language is among 10,000 samples, exact.",
    ),
    Metric(
        "bleu_test", "M18", "BLEU of samples", "", "higher",
        "Mean BLEU-4 of 500 samples, each against 500 test sentences at once; zero counts of "
        "matches are taken as 0.1.",
    ),
    Metric(
        "self_bleu", "M18", "Self-BLEU", "", "lower",
        "Mean BLEU-4 of 500 samples, each against the 499 others, never itself: high where "
        "samples repeat each other.",
    ),
    Metric(
        "reverse_ppl_apart", "M9", "Reverse perplexity without the game", "", "lower",
        "Of samples of the same nets whose encoder the critic never reached: codes drawn from the "
        "Gaussian fitted to those of training sentences.",
    ),
    Metric(
        "noised_same", "", "The same under noise", "%", None,
        "Share of test sentences whose code, with as much noise as at the start of training, "
        "decodes to the same words as without.",
    ),
)

_OUTPUT_LAYERS = (
    Metric(
        "log_p_rank", "", "Rank of log-probabilities", "", None,
        "Rank of the matrix of log p(word | context) over all words and 500 test contexts, in "
        "float64: one softmax over vectors of size d cannot leave d + 1, an adaptive one d + 3.",
    ),
    Metric(
        "experts_used", "", "Experts in use", "experts", None,
        "exp of the entropy of the mean weights over 500 test contexts: how many experts, equally "
        "used, would be as many.",
    ),
    Metric(
        "experts_at_once", "", "Experts in one context", "experts", None,
        "exp of the mean entropy of the weights in one context.",
    ),
    Metric(
        "senses_used", "", "Senses in use", "senses", None,
        "Of words with several senses that stand at 10 places or more: exp of the entropy of the "
        "senses' mean shares, mean over words.",
    ),
    Metric(
        "sense_information", "", "Context tells the sense", "nats", "higher",
        "Information about which of its word's senses is meant that a context carries: entropy of "
        "the mean shares less the mean entropy, mean over places; at most ln of the senses.",
    ),
)

_TRANSLATION = (
    Metric(
        "translation_bleu", "M12", "Translation BLEU-4", "", "higher",
        "Corpus BLEU-4 x 100 (sacrebleu corpus_bleu, tokenize none, smoothing none) of greedy "
        "translations against the one reference of each held-out pair, on the model's own tokens.",
    ),
    Metric(
        "translation_nll", "", "NLL of a word", "nats", "lower",
        "-log p(translation | source), summed over held-out pairs and divided by the number of "
        "predicted tokens, end mark included.",
    ),
)

_SYNTAX = (
    Metric(
        "tree_in_syntax", "", "Tree read off z_syn", "%", "higher",
        "Test sentences whose exact tree a net reads off the mean of z_syn; the net, with a "
        "hidden layer of 128, learns from 10,000 training codes and is chosen on validation.",
    ),
    Metric(
        "tree_in_meaning", "", "Tree read off z_sem", "%", "lower",
        "The same off the mean of z_sem, which should not tell it.",
    ),
    Metric(
        "words_in_syntax", "", "Content words read off z_syn", "%", "lower",
        "Of the k content words of a test sentence, those among the k that such a net holds for "
        "likeliest by the mean of z_syn, which should not tell them; mean over sentences.",
    ),
    Metric(
        "words_in_meaning", "", "Content words read off z_sem", "%", "higher",
        "The same by the mean of z_sem.",
    ),
    Metric(
        "swap_tree", "", "Swaps with the wanted tree", "%", "higher",
        "The meaning of a test sentence in the form of another that has as many words of each "
        "kind and is built otherwise, decoded greedily: how many have exactly the other's tree.",
    ),
    Metric(
        "swap_words", "", "Swaps with the wanted words", "%", "higher",
        "How many of these have exactly the content words of the first, in whatever form; one "
        "that the grammar does not give has none.",
    ),
    Metric(
        "swap_both", "", "Swaps with both", "%", "higher",
        "How many of these have both.",
    ),
)

_TRAINING = (
    Metric("loss", "", "Loss", "nats", "lower", "What the optimiser minimises, mean of a batch."),
    Metric(
        "kl_weight", "", "KL weight", "", None,
        "Factor in front of the KL at this step of the schedule.",
    ),
    Metric(
        "clipped", "", "Gradients clipped", "", None,
        "Share, 0 to 1, of the last updates whose gradient was longer than the setting clip.",
    ),
    Metric(
        "nll", "", "NLL", "nats", "lower",
        "Mean over examples of -log p(x), summed over tokens or pixels.",
    ),
    Metric(
        "ppl", "", "Perplexity", "", "lower",
        "exp of the summed negative log-probability divided by the number of predicted tokens, "
        "end mark included.",
    ),
    Metric("kl_syntax", "", "KL of z_syn", "nats", None, "KL to N(0, I) of the syntax's units."),
    Metric("kl_meaning", "", "KL of z_sem", "nats", None, "KL to N(0, I) of the meaning's units."),
    Metric(
        "tree_by_syntax", "", "Tree by z_syn", "nats", "lower",
        "-log p(tree|z_syn) by the net that learns it with the encoder, a sum over symbols.",
    ),
    Metric(
        "words_by_meaning", "", "Content words by z_sem", "nats", "lower",
        "-log p(word|z_sem), a sum over content words, by the net that learns with the encoder.",
    ),
    Metric(
        "words_by_syntax", "", "Content words by z_syn", "nats", "higher",
        "-log p(word|z_syn), a sum over content words, by an adversary of the encoder.",
    ),
    Metric(
        "tree_by_meaning", "", "Tree by z_sem", "nats", "higher",
        "-log p(tree|z_sem) by an adversary of the encoder, a sum over symbols.",
    ),
    Metric(
        "sentence_by_syntax", "", "Sentence by z_syn alone", "nats", "higher",
        "-log p(x|z_syn) by an adversary of the encoder, a sum over words.",
    ),
    Metric(
        "sentence_by_meaning", "", "Sentence by z_sem alone", "nats", "higher",
        "-log p(x|z_sem) by an adversary of the encoder, a sum over words.",
    ),
    Metric(
        "mmd", "", "Maximum mean discrepancy", "", None,
        "Distance of codes or samples to their target in a kernel's feature space.",
    ),
    Metric(
        "sparsity", "", "Mean absolute activation", "", None,
        "Mean of |a| over hidden units and examples.",
    ),
    Metric(
        "contraction", "", "Squared Jacobian norm", "", None,
        "Squared Frobenius norm of the encoder's Jacobian, mean over examples.",
    ),
    Metric(
        "recon_l1", "", "Mean absolute error", "", None,
        "Mean of |x - G(E(x))| over coordinates and examples.",
    ),
    Metric(
        "feature_nll", "", "Feature NLL", "", None,
        "Reconstruction NLL in the features of the critic.",
    ),
    Metric(
        "penalty", "", "Gradient penalty", "", None,
        "Mean squared distance of the critic's gradient norm from 1.",
    ),
    Metric(
        "critic_loss", "", "Critic loss", "", None,
        "What the critic minimises.",
    ),
    Metric(
        "generator_loss", "", "Generator loss", "", None,
        "What the generator minimises.",
    ),
    Metric(
        "encoder_loss", "", "Encoder loss", "", None,
        "What the encoder minimises.",
    ),
    Metric(
        "decoder_loss", "", "Decoder loss", "", None,
        "What the decoder minimises.",
    ),
    Metric(
        "code_critic_loss", "", "Code critic loss", "", None,
        "What the critic of codes minimises.",
    ),
    Metric(
        "pair_critic_loss", "", "Pair critic loss", "", None,
        "What the critic of pictures with their codes minimises.",
    ),
    Metric(
        "score_real", "", "Score of data", "", None,
        "Mean output of the critic on data.",
    ),
    Metric(
        "score_fake", "", "Score of samples", "", None,
        "Mean output of the critic on samples.",
    ),
    Metric(
        "score_prior", "", "Score of prior codes", "", None,
        "Mean output of the code critic on draws from the prior.",
    ),
    Metric(
        "score_code", "", "Score of codes", "", None,
        "Mean output of the code critic on codes of data.",
    ),
    Metric(
        "info_c", "", "Information read, class", "nats", "higher",
        "L_I = E log Q(c|G(z)) + H(c) of the class: a lower bound of the information that a "
        "sample holds of it; at most ln K.",
    ),
    Metric(
        "info_units", "", "Information read, units", "nats", "higher",
        "The same of the continuous units that are read.",
    ),
    Metric(
        "reward", "", "Reward", "", None,
        "Mean of D over samples, by which a generator's words are weighed.",
    ),
    Metric(
        "effective_samples", "", "Effective samples", "", None,
        "1 / sum of squared importance weights: how many samples of a batch lead the generator.",
    ),
    Metric(
        "kl_real", "", "KL of codes of data", "nats", None,
        "KL to N(0, 1) of the Gaussian fitted to codes of data, mean over units.",
    ),
    Metric(
        "kl_fake", "", "KL of codes of samples", "nats", None,
        "KL to N(0, 1) of the Gaussian fitted to codes of samples, mean over units.",
    ),
    Metric(
        "kl_copy", "", "KL of copies", "nats", None,
        "KL(q(z|x) || p(z)) of copies, read again: where they are pushed away from the prior, it "
        "stands at the margin.",
    ),
    Metric(
        "kl_sample", "", "KL of samples", "nats", None,
        "The same of samples.",
    ),
    Metric(
        "real_bound", "", "Bound of data, weighed", "nats", None,
        "The negative bound of data, each times the critic's D(x).",
    ),
    Metric(
        "fake_bound", "", "Bound of samples, weighed", "nats", None,
        "The negative bound of the model's own samples, each times the critic's D(x).",
    ),
    Metric(
        "wake_loss", "", "Loss awake", "nats", "lower",
        "-log p(x|z) - log p(z) of data x whose codes z are read by the encoder.",
    ),
    Metric(
        "sleep_loss", "", "Loss asleep", "nats", "lower",
        "-log q(z|x) of dreams x, drawn from the generator with known codes z.",
    ),
    Metric(
        "match_z", "", "Code error", "", None,
        "Mean of 1 - cos(z, E(G(z))): 0 where the encoder finds the code of every sample.",
    ),
    Metric(
        "critic_accuracy", "", "Critic accuracy", "", None,
        "Share of data and samples that the critic tells apart.",
    ),
    Metric(
        "code_critic_accuracy", "", "Code critic accuracy", "", None,
        "Share of prior draws and codes that the code critic tells apart.",
    ),
    Metric(
        "class_loss", "", "Class loss", "nats", "lower",
        "-log p(class | picture) of the domain whose classes are known.",
    ),
    Metric(
        "domain_loss", "", "Domain loss", "nats", None,
        "-log of the probability of the domain that a picture is of: ln 2 = 0.69 for a guess.",
    ),
    Metric(
        "domain_accuracy", "", "Domain accuracy", "", None,
        "Share of pictures whose domain is told from their features: 0.5 for a guess.",
    ),
    Metric(
        "cycle", "", "Cycle error", "", "lower",
        "Mean absolute difference of pixels after there and back, sum of both directions.",
    ),
    Metric(
        "identity", "", "Identity error", "", "lower",
        "Mean absolute difference that a translator makes to pictures of the side that it leads "
        "to, sum of both.",
    ),
)

# fmt: on


def _by_id(*metrics: Metric) -> dict[str, Metric]:
    table = {metric.id: metric for metric in metrics}
    if len(table) != len(metrics):
        raise ValueError("two metrics share an id")
    return table


METRICS: dict[str, Metric] = _by_id(
    *(row for metric in _LIKELIHOOD for row in (metric, metric.of_untold)),
    *_MIXTURE,
    *_TEXT,
    *(row for metric in _TEXT_SAMPLES for row in (metric, metric.of_aggregate)),
    *_DIALOGUE,
    *_IMAGES,
    *(row for metric in _IMAGE_SAMPLES for row in (metric, metric.of_aggregate)),
    *_BENCH,
    *_COPYING,
    *_CLASSIFIER,
    *_TRAINING,
    *_DOMAINS,
    *_OUTPUT_LAYERS,
    *_TEXT_GANS,
    *_TRANSLATION,
    *_SYNTAX,
)
"""Every known quantity by id, in the order in which tables show them."""

TRAINING_TERMS: frozenset[str] = frozenset(
    {
        *("loss", "recon_nll", "kl", "kl_weight", "mi", "nll", "ppl", "mse", "bce", "accuracy"),
        *("kl_z", "kl_z_components", "dispersion", "kl_c", "mi_c", "mean_variance"),
        *("mmd", "sparsity", "contraction", "recon_l1", "feature_nll", "penalty"),
        # Games: what each player minimises, and the mean scores of critics.
        *("critic_loss", "generator_loss", "encoder_loss", "decoder_loss", "code_critic_loss"),
        "pair_critic_loss",
        *("score_real", "score_fake", "score_prior", "score_code"),
        *("critic_accuracy", "code_critic_accuracy", "effective_samples", "reward"),
        *("info_c", "info_units", "kl_real", "kl_fake", "kl_copy", "kl_sample"),
        *("match_z", "real_bound", "fake_bound"),
        *("wake_loss", "sleep_loss"),
        # Two codes, and adversaries of each.
        *("kl_syntax", "kl_meaning", "tree_by_syntax", "words_by_meaning"),
        *("words_by_syntax", "tree_by_meaning", "sentence_by_syntax", "sentence_by_meaning"),
        *("class_loss", "domain_loss", "domain_accuracy", "cycle", "identity"),
    }
)
"""Ids that a model's ``loss`` may report."""


def in_order(entries: dict[str, Any]) -> dict[str, Any]:
    """Entries of metrics.json as the table orders them; others are left out."""
    return {id: entries[id] for id in METRICS if id in entries}
