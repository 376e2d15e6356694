/// Emoji by the names that GitHub gave them, as people write them between colons.
enum Emoji {
  static func named(_ name: Substring) -> Character? { known[name] }

  private static let known: [Substring: Character] = {
    var known: [Substring: Character] = [:]
    for entry in names.split(whereSeparator: \.isWhitespace) {
      guard let emoji = entry.first else { continue }
      for name in entry.dropFirst().split(separator: ",") { known[name] = emoji }
    }
    return known
  }()

  /// Each emoji with its names behind it. Names that are not here stay as they are written.
  private static let names = """
    😄smile 😃smiley 😀grinning 😁grin 😆laughing,satisfied 😅sweat_smile 😂joy 🤣rofl ☺️relaxed 😊blush 😇innocent
    🙂slightly_smiling_face 🙃upside_down_face 😉wink 😌relieved 😍heart_eyes 😘kissing_heart 😗kissing
    😙kissing_smiling_eyes 😚kissing_closed_eyes 😋yum 😜stuck_out_tongue_winking_eye
    😝stuck_out_tongue_closed_eyes 😛stuck_out_tongue 🤑money_mouth_face 🤗hugs 🤓nerd_face 😎sunglasses 😏smirk
    😒unamused 😞disappointed 😔pensive 😟worried 😕confused 🙁slightly_frowning_face ☹️frowning_face 😣persevere
    😖confounded 😫tired_face 😩weary 😤triumph 😠angry 😡rage,pout 😶no_mouth 😐neutral_face 😑expressionless
    😯hushed 😦frowning 😧anguished 😮open_mouth 😲astonished 😵dizzy_face 😳flushed 😱scream 😨fearful 😰cold_sweat
    😢cry 😥disappointed_relieved 😭sob 😓sweat 😪sleepy 😴sleeping 🙄roll_eyes 🤔thinking 🤥lying_face 😬grimacing
    🤐zipper_mouth_face 🤢nauseated_face 🤧sneezing_face 😷mask 🤒face_with_thermometer 🤕face_with_head_bandage
    😈smiling_imp 👿imp 👻ghost 💀skull 👽alien 🤖robot 💩hankey,poop,shit 😺smiley_cat 😸smile_cat 😹joy_cat
    😻heart_eyes_cat 🙈see_no_evil 🙉hear_no_evil 🙊speak_no_evil 👐open_hands 🙌raised_hands 👏clap 🙏pray
    🤝handshake 👍+1,thumbsup 👎-1,thumbsdown 👊fist_oncoming,facepunch,punch ✊fist_raised,fist 🤞crossed_fingers ✌️v
    🤘metal 👌ok_hand 👈point_left 👉point_right 👆point_up_2 👇point_down ☝️point_up ✋hand,raised_hand 👋wave
    💪muscle ✍️writing_hand 💅nail_care 👂ear 👃nose 👀eyes 👁eye 👅tongue 👄lips 💋kiss 👶baby 👦boy 👧girl 👨man
    👩woman 👴older_man 👵older_woman 👮cop,policeman 👷construction_worker 🕵️detective 👼angel 🏃runner,running
    🚶walking 💃dancer 👫couple 👪family 👕shirt,tshirt 👖jeans 👗dress 👟athletic_shoe 👑crown 🎩tophat
    🎓mortar_board 🎒school_satchel 💼briefcase 👓eyeglasses 🌂closed_umbrella ☂️open_umbrella 🐶dog 🐱cat 🐭mouse
    🐹hamster 🐰rabbit 🦊fox_face 🐻bear 🐼panda_face 🐨koala 🐯tiger 🦁lion 🐮cow 🐷pig 🐸frog 🐵monkey_face
    🐒monkey 🐔chicken 🐧penguin 🐦bird 🦆duck 🦅eagle 🦉owl 🦇bat 🐺wolf 🐴horse 🦄unicorn 🐝bee,honeybee 🐛bug
    🦋butterfly 🐌snail 🐞beetle 🐜ant 🕷spider 🐢turtle 🐍snake 🦎lizard 🐙octopus 🦀crab 🐠tropical_fish 🐟fish
    🐬dolphin,flipper 🐳whale 🦈shark 🐘elephant 🐫camel 🐑sheep 🐐goat 🐓rooster 🐇rabbit2 🐾feet,paw_prints 🐉dragon
    🌵cactus 🎄christmas_tree 🌲evergreen_tree 🌳deciduous_tree 🌴palm_tree 🌱seedling 🌿herb ☘️shamrock
    🍀four_leaf_clover 🍃leaves 🍂fallen_leaf 🍁maple_leaf 🍄mushroom 🌾ear_of_rice 💐bouquet 🌷tulip 🌹rose
    🌻sunflower 🌸cherry_blossom 🌺hibiscus 🌎earth_americas 🌍earth_africa 🌏earth_asia 🌕full_moon 🌑new_moon
    🌙crescent_moon ⭐️star 🌟star2 💫dizzy ✨sparkles ☄️comet ☀️sunny ⛅️partly_sunny ☁️cloud 🌧cloud_with_rain
    ⛈cloud_with_lightning_and_rain ❄️snowflake ⛄️snowman 💨dash 🌊ocean 💧droplet 💦sweat_drops ☔️umbrella
    🔥fire 💥boom,collision ⚡️zap 🌈rainbow 🍏green_apple 🍎apple 🍐pear 🍊tangerine,orange,mandarin 🍋lemon 🍌banana
    🍉watermelon 🍇grapes 🍓strawberry 🍒cherries 🍑peach 🍍pineapple 🥝kiwi_fruit 🥑avocado 🍅tomato 🍆eggplant
    🥒cucumber 🥕carrot 🌽corn 🌶hot_pepper 🥔potato 🥐croissant 🍞bread 🧀cheese 🥚egg 🍳fried_egg,cooking 🥓bacon
    🥞pancakes 🍗poultry_leg 🍖meat_on_bone 🍕pizza 🌭hotdog 🍔hamburger 🍟fries 🌮taco 🌯burrito 🍝spaghetti 🍜ramen
    🍣sushi 🍚rice 🍦icecream 🍰cake 🎂birthday 🍫chocolate_bar 🍬candy 🍭lollipop 🍩doughnut 🍪cookie 🍯honey_pot
    🥛milk_glass ☕️coffee 🍵tea 🍺beer 🍻beers 🥂clinking_glasses 🍷wine_glass 🍸cocktail 🍾champagne 🍴fork_and_knife
    ⚽️soccer 🏀basketball 🏈football 🎾tennis 🏐volleyball 🎱8ball 🏓ping_pong 🏸badminton ⛳️golf 🎿ski 🏂snowboarder
    🏋️weight_lifting_man 🚴biking_man,bicyclist 🏆trophy 🏅medal_sports 🥇1st_place_medal 🥈2nd_place_medal
    🥉3rd_place_medal 🎯dart 🎮video_game 🎲game_die 🎰slot_machine 🎳bowling 🎨art 🎬clapper 🎤microphone
    🎧headphones 🎼musical_score 🎹musical_keyboard 🥁drum 🎷saxophone 🎺trumpet 🎸guitar 🎻violin 🎵musical_note
    🎶notes 🚗car,red_car 🚕taxi 🚌bus 🏎racing_car 🚓police_car 🚑ambulance 🚒fire_engine 🚚truck 🚜tractor
    🚲bike 🏍motorcycle 🚨rotating_light 🚂steam_locomotive 🚆train2 🚇metro ✈️airplane 🛫flight_departure
    🛬flight_arrival 🚀rocket 🛰artificial_satellite 🚁helicopter ⛵️boat,sailboat 🚢ship ⚓️anchor 🚧construction
    ⛽️fuelpump 🚦vertical_traffic_light 🗺world_map 🗽statue_of_liberty 🏰european_castle 🏟stadium ⛲️fountain
    🏖beach_umbrella 🏝desert_island 🏔mountain_snow ⛰mountain 🌋volcano ⛺️tent 🏠house 🏡house_with_garden 🏢office
    🏥hospital 🏦bank 🏨hotel 🏪convenience_store 🏫school 🏭factory ⛪️church 🕌mosque 🌅sunrise 🌃night_with_stars
    🌉bridge_at_night ⌚️watch 📱iphone 💻computer ⌨️keyboard 🖥desktop_computer 🖨printer 💽minidisc 💾floppy_disk 💿cd
    📷camera 🎥movie_camera 📞telephone_receiver ☎️phone,telephone 📠fax 📺tv 📻radio ⏰alarm_clock ⏱stopwatch
    ⏳hourglass_flowing_sand ⌛️hourglass 📡satellite 🔋battery 🔌electric_plug 💡bulb 🔦flashlight 🕯candle
    🗑wastebasket 💸money_with_wings 💵dollar 💶euro 💰moneybag 💳credit_card 💎gem ⚖️balance_scale 🔧wrench 🔨hammer
    🛠hammer_and_wrench 🔩nut_and_bolt ⚙️gear 🔫gun 💣bomb 🔪hocho,knife 🛡shield 🔮crystal_ball 🔭telescope
    🔬microscope 💊pill 💉syringe 🌡thermometer 🚽toilet 🚿shower 🛁bathtub 🔑key 🚪door 🛋couch_and_lamp 🛏bed 🖼framed_picture
    🛍shopping 🛒shopping_cart 🎁gift 🎈balloon 🎀ribbon 🎉tada 🎊confetti_ball ✉️email,envelope 📧e-mail
    📨incoming_envelope 💌love_letter 📥inbox_tray 📤outbox_tray 📦package 🏷label 📫mailbox 📮postbox 📜scroll
    📄page_facing_up 📃page_with_curl 📑bookmark_tabs 📊bar_chart 📈chart_with_upwards_trend
    📉chart_with_downwards_trend 📅date 📆calendar 📇card_index 🗳ballot_box 📋clipboard 📁file_folder
    📂open_file_folder 📰newspaper 📓notebook 📒ledger 📕closed_book 📗green_book 📘blue_book 📙orange_book 📚books
    📖book,open_book 🔖bookmark 🔗link 📎paperclip 📐triangular_ruler 📏straight_ruler 📌pushpin 📍round_pushpin
    ✂️scissors 🖊pen ✒️black_nib 🖌paintbrush 🖍crayon 📝memo,pencil ✏️pencil2 🔍mag 🔎mag_right
    🔏lock_with_ink_pen 🔐closed_lock_with_key 🔒lock 🔓unlock ❤️heart 💛yellow_heart 💚green_heart 💙blue_heart
    💜purple_heart 🖤black_heart 💔broken_heart 💕two_hearts 💞revolving_hearts 💓heartbeat 💗heartpulse
    💖sparkling_heart 💘cupid 💝gift_heart ☮️peace_symbol ☯️yin_yang ⚛️atom_symbol ☢️radioactive ☣️biohazard 🆕new
    🆓free 🆙up 🆗ok 🆒cool 🆘sos ❌x ⭕️o 🛑stop_sign ⛔️no_entry 🚫no_entry_sign 💯100 ❗️exclamation,heavy_exclamation_mark
    ❕grey_exclamation ❓question ❔grey_question ‼️bangbang ⁉️interrobang ⚠️warning ♻️recycle ✅white_check_mark
    ❎negative_squared_cross_mark 🌐globe_with_meridians 💤zzz ♿️wheelchair ℹ️information_source 🔤abc 🔢1234
    ▶️arrow_forward ⏸pause_button ⏹stop_button ⏩fast_forward ⏪rewind ◀️arrow_backward 🔼arrow_up_small
    🔽arrow_down_small ➡️arrow_right ⬅️arrow_left ⬆️arrow_up ⬇️arrow_down ↗️arrow_upper_right ↘️arrow_lower_right
    🔀twisted_rightwards_arrows 🔁repeat 🔄arrows_counterclockwise ➕heavy_plus_sign ➖heavy_minus_sign
    ➗heavy_division_sign ✖️heavy_multiplication_x 💲heavy_dollar_sign ™️tm ©️copyright ®️registered 🔚end 🔙back
    🔛on 🔝top 🔜soon ✔️heavy_check_mark ☑️ballot_box_with_check 🔘radio_button ⚪️white_circle ⚫️black_circle
    🔴red_circle 🔵large_blue_circle 🔺small_red_triangle 🔸small_orange_diamond 🔹small_blue_diamond
    🔶large_orange_diamond 🔷large_blue_diamond ⬛️black_large_square ⬜️white_large_square 🔈speaker 🔇mute 🔊loud_sound
    🔔bell 🔕no_bell 📣mega 📢loudspeaker 💬speech_balloon 💭thought_balloon 🗯right_anger_bubble ♠️spades ♣️clubs
    ♥️hearts ♦️diamonds 🃏black_joker 🕐clock1 🕒clock3 🕕clock6 🕘clock9 🕛clock12 🏁checkered_flag
    🚩triangular_flag_on_post 🏳️white_flag 🏴black_flag
    """
}
