"""One seeded schedule: people at work on both sides while the network fails, and whether both sides end equal."""

from two_sides import GUESS, TwoSides

from workbench.errors import StorageError
from workbench.labels.exchange.label_studio.sending import ItemPrediction


def schedule(folder, seed):
    """People work on both sides while the network fails; afterwards both sides are equal."""
    both = TwoSides(folder, seed=seed, fault_share=0.3, n_items=3)
    predictions = [ItemPrediction(item, "run-1", GUESS) for item in both.items]
    try:
        for _ in range(3):
            for _ in range(both.rng.randint(1, 4)):
                both.rng.choice((both.somebody_here, both.somebody_there))()
            seen = both.words_there()
            try:
                both.sync(predictions=predictions)
            except StorageError:
                continue
            both.check_kept(seen)
        both.there.fault_share = 0.0
        seen = both.words_there()
        both.sync(restore_deleted=True, predictions=predictions)
        both.check_kept(seen)
        both.sync(restore_deleted=True, predictions=predictions)
        both.check_equal()
        assert both.sync(predictions=predictions).changes == 0
        assert both.store.broken_links() == []
    finally:
        both.close()
