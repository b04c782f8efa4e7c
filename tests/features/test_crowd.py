import json

import numpy as np
import pytest
from conversations import HEAD_WIDTH, WIDTH, canvas, heads

from workbench.errors import InvalidInputError
from workbench.features.crowd import Crowd
from workbench.features.crowd_looker import CrowdLooker, FaceOptions
from workbench.features.landmarks import shared_predictor
from workbench.features.matching import match
from workbench.features.portrait import SAME_PERSON, distance, portrait_of, renewed
from workbench.features.sight import FollowLooker
from workbench.features.upright import UprightLooker
from workbench.media.video import Frame

N_CROSSING = 40


def crowd():
    return Crowd(shared_predictor())


def crossing(n=N_CROSSING):
    """Pictures in which the first head walks to the right, before the second, which walks to the left."""
    first, second = heads(1), heads(4)
    for k in range(n):
        left = round(20 + k / (n - 1) * (WIDTH - 300))
        yield left, Frame(k / 30, canvas((second[k % 10], WIDTH - HEAD_WIDTH - left), (first[k % 10], left)))


def whose(box, left):
    """Which head a box lies on, or None where both do."""
    centre = box[0] + box[2] / 2 - HEAD_WIDTH / 2
    to_first, to_second = abs(centre - left), abs(centre - (WIDTH - HEAD_WIDTH - left))
    return None if abs(to_first - to_second) < 60 else "first" if to_first < to_second else "second"


def test_faces_keep_their_numbers_through_a_crossing():
    people, seen = crowd(), {}
    for left, frame in crossing():
        for track in people.look(frame):
            seen.setdefault(track.face_id, []).append(whose(track.box, left))
    assert len(seen) == 2 and all(len(set(who) - {None}) == 1 for who in seen.values())
    hidden = N_CROSSING - min(len(who) for who in seen.values())
    assert 5 < hidden < N_CROSSING / 2


def test_a_face_that_was_gone_a_moment_gets_its_number_again_and_a_stranger_a_new_one():
    people, (first, second) = crowd(), (heads(1), heads(4))
    shown = [canvas((first[0], 20))] * 2 + [canvas()] * 4 + [canvas((first[3], 500))] * 2
    shown += [canvas()] * 4 + [canvas((second[0], 500))] * 2
    ids = [[t.face_id for t in people.look(Frame(k / 10, p.copy()))] for k, p in enumerate(shown)]
    assert ids[0] == ids[1] == [1] and ids[3] == [] and ids[7] == [1] and ids[-1] == [2]


def test_a_face_alone_is_seen_exactly_as_the_follower_sees_it(pictures):
    follow, several = FollowLooker(), CrowdLooker(FaceOptions("largest", several=True))
    for k, picture in enumerate(pictures):
        one, other = follow.look(Frame(k / 30, picture)), several.look(Frame(k / 30, picture))
        assert one.box == other.box and other.face_id == 1 and other.others == ()
        np.testing.assert_array_equal(one.face, other.face)
        np.testing.assert_array_equal(one.landmarks, other.landmarks)


def both(k):
    return Frame(k / 30, canvas((heads(1)[k % 10], 40), (heads(4)[k % 10], 560)))


@pytest.mark.parametrize("choose", [1, 2])
def test_a_face_is_chosen_by_its_number_and_the_other_is_told_beside_it(choose):
    looker = CrowdLooker(FaceOptions(choose))
    for k in range(3):
        sight = looker.look(both(k))
        assert sight.face_id == choose and sight.n_faces == 2
        assert [other.face_id for other in sight.others] == [3 - choose]
    stays = ((heads(1)[0], 40), (heads(4)[0], 560))[sight.box[0] < WIDTH / 2]
    gone = looker.look(Frame(1.0, canvas(stays)))
    assert gone.status == "lost" and gone.face is None and len(gone.others) == 1


def test_looking_goes_on_from_its_state_as_if_it_had_not_been_cut():
    whole, first = CrowdLooker(FaceOptions("speaking")), CrowdLooker(FaceOptions("speaking"))
    for k in range(4):
        for looker in (whole, first):
            looker.heard(k / 30, -20.0 - 30 * (k == 0))
            seen = looker.look(both(k))
    second = CrowdLooker(FaceOptions("speaking"))
    second.restore(json.loads(json.dumps(first.state())))
    again = second.look(both(3))
    assert again.box == seen.box and again.face_id == seen.face_id and again.others == seen.others
    np.testing.assert_array_equal(again.face, seen.face)
    for k in range(4, 8):
        one, other = whole.look(both(k)), second.look(both(k))
        assert one.box == other.box and one.face_id == other.face_id and one.others == other.others
        np.testing.assert_array_equal(one.face, other.face)


def test_looking_goes_on_with_the_picture_it_was_cut_at_only():
    first, second = CrowdLooker(FaceOptions(1)), CrowdLooker(FaceOptions(1))
    first.look(both(0))
    second.restore(first.state())
    with pytest.raises(InvalidInputError, match="must go on with the picture at"):
        second.look(both(5))


@pytest.mark.parametrize("given", ["loudest", 0, -1, True, ""])
def test_another_choice_is_refused(given):
    with pytest.raises(InvalidInputError, match="number of a face"):
        FaceOptions(given)


def test_what_a_person_types_is_read():
    assert FaceOptions.parse("2") == FaceOptions(2)
    assert isinstance(FaceOptions.parse("largest").looker(), FollowLooker)
    assert isinstance(FaceOptions.parse("speaking").looker(), CrowdLooker)
    assert isinstance(FaceOptions.parse("3", upright=True).looker(), UprightLooker)


def test_a_portrait_tells_two_drawn_actors_apart_and_a_brighter_light_not():
    looks = {}
    for actor in (1, 4):
        for number in (0, 6):
            picture = canvas((heads(actor)[number], 40))
            points = CrowdLooker(FaceOptions(1)).look(Frame(0.0, picture)).landmarks
            looks[actor, number] = portrait_of(picture, points)
            looks[actor, number, "bright"] = portrait_of((picture * 0.7).astype(np.uint8), points)
    assert distance(looks[1, 0], looks[1, 6]) < SAME_PERSON < distance(looks[1, 0], looks[4, 0])
    assert distance(looks[1, 0], looks[1, 0, "bright"]) < 0.02
    kept = renewed(looks[1, 0], looks[4, 0])
    assert 0 < distance(kept, looks[1, 0]) < distance(kept, looks[4, 0])


def test_matching_prefers_more_pairs_then_the_lowest_sum():
    far = np.inf
    assert match(np.array([[1.0, 2.0], [1.0, 9.0]])) == [(0, 1), (1, 0)]
    assert match(np.array([[1.0, far], [far, far]])) == [(0, 0)]
    assert match(np.array([[far, 5.0], [1.0, 1.0]])) == [(0, 1), (1, 0)]
    assert match(np.full((2, 2), far)) == []


def test_matching_many_gives_each_place_once(rng):
    pairs = match(rng.random((7, 6)))
    assert len(pairs) == 6 and len({p for _, p in pairs}) == 6 and len({f for f, _ in pairs}) == 6
